/** Predictions of models that answer whatever they like, as a reply body of the v1 protocol. */
import { modelError } from '../../../model/model-error.js';
import { isTypedArray } from '../../../model/tensor/row-values.js';
import { JSON_TYPE } from '../../error-handler.js';
import { jsonBytes } from '../../json-bytes.js';
import type { Reply } from '../../protocol.js';

/** From so many values on, a reply is written as bytes; a text is cheaper below. */
const LARGE_VALUES = 4096;

/** @throws RequestError as `predictionText` */
export function instancesReply(modelName: string, predictions: readonly unknown[]): Reply {
  const survey = new Survey(predictions);
  if (survey.values < LARGE_VALUES || survey.isOver) {
    return `{"predictions":${surveyedText(modelName, predictions, survey)}}`;
  }
  try {
    const bytes = jsonBytes('{"predictions":', predictions, '}', survey.values);
    return { bytes, headers: { 'content-type': JSON_TYPE } };
  } catch (error) {
    throw modelError(modelName, error);
  }
}

/** @throws RequestError MODEL_ERROR when the prediction is nothing that JSON can hold */
export function predictionText(modelName: string, prediction: unknown): string {
  return surveyedText(modelName, prediction, new Survey(prediction));
}

function surveyedText(modelName: string, prediction: unknown, survey: Survey): string {
  try {
    // A replacer is called for every single number: three times the cost, so only where needed.
    const replacer = survey.hasTypedArrays ? plainArrays : undefined;
    // What JSON leaves out, such as undefined, is null, as it is within an array.
    return JSON.stringify(prediction, replacer) ?? 'null';
  } catch (error) {
    throw modelError(modelName, error);
  }
}

/** Predictions nested deeper than this are taken to be circular, which JSON.stringify will say. */
const DEEPEST = 5000;

/** What a prediction is made of. */
class Survey {
  values = 0;
  hasTypedArrays = false;
  /** Nothing more to find out, or it would take forever: a circle has endless ways through it. */
  isOver = false;

  constructor(prediction: unknown) {
    this.#look(prediction, 0);
  }

  #look(value: unknown, depth: number): void {
    if (typeof value !== 'object' || value === null) return;
    if (ArrayBuffer.isView(value)) this.hasTypedArrays = this.isOver = true;
    else if (depth > DEEPEST) this.isOver = true;
    if (this.isOver) return;
    const elements: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    this.values += elements.length;
    // By index: an iterator would cost a tenth of what the number's text does.
    for (let i = 0; i < elements.length && !this.isOver; i += 1) {
      const element = elements[i];
      if (typeof element === 'object' && element !== null) this.#look(element, depth + 1);
    }
  }
}

/** A typed array inside a prediction would become an object with its indexes as keys. */
function plainArrays(_key: string, value: unknown): unknown {
  return isTypedArray(value) ? Array.from(value) : value;
}
