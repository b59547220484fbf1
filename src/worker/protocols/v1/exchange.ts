/** The v1 protocol of TF Serving, KServe and Vertex, as the inference path uses it. */
import { takesWideIntegers } from '../../../model/signature.js';
import { parseJsonBody } from '../../json-body.js';
import { checkJsonBody } from '../../media-type.js';
import type { Body, Protocol } from '../../protocol.js';
import { instancesReply, tensorReply } from './reply.js';
import { readInstances, readTensors } from './request.js';

export const v1: Protocol = {
  readTensors(body, { signature }) {
    const asked = readTensors(
      jsonOf(body, takesWideIntegers(signature)),
      signature,
      body.bytes.length,
    );
    const { inputs, rows } = asked;
    return { inputs, rows, reply: (outputs) => tensorReply(asked, signature, outputs) };
  },

  readInstances(body, { name }) {
    const instances = readInstances(jsonOf(body, false), name);
    return { instances, reply: (predictions) => instancesReply(name, predictions) };
  },
};

function jsonOf({ bytes, headers }: Body, keepsDigits: boolean): unknown {
  checkJsonBody(headers);
  return parseJsonBody(bytes, keepsDigits);
}
