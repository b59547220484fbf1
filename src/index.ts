/** The public surface of the package: what model modules and hooks are written with. */
export {
  defineHooks,
  type ExitFacts,
  type Hooks,
  type ReadyFacts,
  type ReloadFacts,
  type StartingFacts,
  type WorkerCountFacts,
  type WorkerExitFacts,
} from './hooks/define-hooks.js';
export {
  defineModel,
  type InputsOf,
  type InstancesModule,
  InvalidInputError,
  type LoadContext,
  type ModuleLogger,
  type Nested,
  type Outputs,
  type OutputValue,
  type Pieces,
  type Result,
  type RunContext,
  type TensorModule,
  type WorkerFacts,
} from './model/module/define-model.js';
export type { Signature, TensorSpec } from './model/tensor/signature.js';
export type { Dtype, Tensor, TensorData, Tensors } from './model/tensor/tensor.js';
export type {
  OwnModel,
  OwnRunOptions,
  RoutesOptions,
  RoutesPlugin,
} from './worker/own-routes/routes-plugin.js';
