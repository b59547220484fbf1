/** Takes a large tensor and answers its first and its last number. */
export default {
  signature: {
    inputs: [{ name: 'X', dtype: 'float32', shape: [-1, -1] }],
    outputs: [{ name: 'ends', dtype: 'float32', shape: [-1, 2] }],
  },
  predict: ({ X: { data, shape } }) => {
    const [rows, width] = shape;
    const ends = new Float32Array(2 * rows);
    for (let row = 0; row < rows; row += 1) {
      ends[2 * row] = data[row * width];
      ends[2 * row + 1] = data[(row + 1) * width - 1];
    }
    return ends;
  },
};
