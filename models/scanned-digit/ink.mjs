/** A scan has 0 for black and 255 for white; the digits models want 0 for paper and 1 for ink. */
export default {
  signature: {
    inputs: [{ name: 'pixels', dtype: 'uint8', shape: [-1, 64] }],
    outputs: [{ name: 'X', dtype: 'float32', shape: [-1, 64] }],
  },
  maxBatchRows: 64,
  predict({ pixels }) {
    return Float32Array.from(pixels.data, (grey) => 1 - grey / 255);
  },
};
