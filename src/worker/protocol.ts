/**
 * What a protocol is to the one inference path: it reads tensors or instances out of a body, and
 * writes a reply of what the model made of them. All else is the path's.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { InstancesModel, TensorModel } from '../model/model.js';
import type { Signature } from '../model/tensor/signature.js';
import type { Tensors } from '../model/tensor/tensor.js';

export type Protocol = {
  readonly name: string;
  /** @throws RequestError for a body that is none of this protocol, or does not fit the model */
  readTensors(body: Body, model: TensorModel): TensorExchange;
  /** @throws RequestError as `readTensors` */
  readInstances(body: Body, model: InstancesModel): InstancesExchange;
  /**
   * Rows of a reply whose other rows may be written elsewhere: texts, each of which is joined with
   * those of the other rows.
   *
   * @param form what the exchange's `parts` said of itself
   * @throws RequestError as `reply`
   */
  writePart(form: string, outputs: Tensors, rows: number, signature: Signature): readonly string[];
  /** The same for predictions; absent: it has none. @throws RequestError as `reply` */
  writePredictions?(predictions: readonly unknown[], modelName: string): readonly string[];
};

export type Body = {
  /** Whole, without any content encoding. Do not write into them. */
  readonly bytes: Buffer;
  readonly headers: IncomingHttpHeaders;
};

/** What one request asks of a model that takes tensors. */
export type TensorExchange = {
  readonly inputs: Tensors;
  /** Rows of input. */
  readonly rows: number;
  /** @throws RequestError when the outputs cannot be told in the form that was asked for */
  reply(outputs: Tensors): Reply;
  /** All its texts are known to have as many bytes as characters. */
  readonly isAscii?: boolean;
  /** Absent: the protocol gives whole replies only. */
  readonly pieces?: PieceForm<Tensors>;
  /** How parts of the reply are written, and joined; absent: it is written as a whole. */
  readonly parts?: PartForm | undefined;
};

/** A reply that is joined from the texts of its rows. */
export type PartForm = {
  /** For `writePart`, in whichever worker. */
  readonly form: string;
  /**
   * @param texts of all parts in the order of their rows
   * @param outputs of any of them: their types, and their shapes but for the rows
   */
  joined(texts: readonly (readonly Uint8Array[])[], outputs: Tensors, rows: number): Reply;
};

/** What one request asks of a model that takes instances as they came. */
export type InstancesExchange = {
  readonly instances: readonly unknown[];
  /** @throws RequestError when the predictions cannot be told */
  reply(predictions: readonly unknown[]): Reply;
  /** Absent: the protocol gives whole replies only. */
  readonly pieces?: PieceForm<unknown>;
  /** As those of `TensorExchange`; there are no outputs. */
  readonly parts?: PartForm;
};

/** How a protocol tells a reply that comes in pieces. */
export type PieceForm<T> = {
  /** One piece as JSON. @throws RequestError as `reply` */
  piece(piece: T): string;
  /** All pieces as one JSON body. */
  joined(pieces: readonly string[]): string;
};

/** A text is JSON. */
export type Reply = string | BinaryReply;

export type BinaryReply = {
  readonly bytes: Buffer;
  /** Its content type among them; names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
};
