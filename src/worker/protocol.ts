/**
 * What a protocol is to the one inference path: it reads tensors or instances out of a body, and
 * writes a reply of what the model made of them. All else is the path's.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { InstancesModel, TensorModel } from '../model/model.js';
import type { Tensors } from '../model/tensor/tensor.js';

export type Protocol = {
  /** @throws RequestError for a body that is none of this protocol, or does not fit the model */
  readTensors(body: Body, model: TensorModel): TensorExchange;
  /** @throws RequestError as `readTensors` */
  readInstances(body: Body, model: InstancesModel): InstancesExchange;
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
  /** Absent: the protocol gives whole replies only. */
  readonly pieces?: PieceForm<Tensors>;
};

/** What one request asks of a model that takes instances as they came. */
export type InstancesExchange = {
  readonly instances: readonly unknown[];
  /** @throws RequestError when the predictions cannot be told */
  reply(predictions: readonly unknown[]): Reply;
  /** Absent: the protocol gives whole replies only. */
  readonly pieces?: PieceForm<unknown>;
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
