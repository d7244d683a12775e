import path from 'node:path';

export type Dtype = 'q8' | 'fp32';

/** File of the weights in `onnx/`, by the suffix that the hub's layout has for each precision. */
export const weightsFile = (name: string, dtype: Dtype): string =>
  path.join('onnx', dtype === 'q8' ? `${name}_quantized.onnx` : `${name}.onnx`);
