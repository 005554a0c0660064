// The public API of Graft.

export { type Clock, systemClock } from './core/clock.ts';
export type { DType } from './core/dtype.ts';
export { type ErrorCode, GraftError } from './core/errors.ts';
export { type Stream, stream } from './core/rng.ts';
export { type Tensor, tensor, tensorOf, toNumbers, zeros } from './core/tensor.ts';
export { VERSION } from './core/version.ts';
export { type Dataset, type DatasetParts, dataset, type ExampleSource, type Examples, mapInputs, subset } from './data/dataset.ts';
export { fewLabels } from './data/few-labels.ts';
export type { Labels } from './data/labels.ts';
export { loadMnist } from './data/sets/mnist.ts';
export { loadOptdigits } from './data/sets/optdigits.ts';
export { fewPerClass, type Split, stratifiedSplit } from './data/split.ts';
export type { Transform } from './data/transform.ts';
export { type Normalisation, type NormalisationOptions, normalisation } from './data/transforms/normalise.ts';
export { type PlaceOptions, place } from './data/transforms/place.ts';
export { type ResizeMethod, resize } from './data/transforms/resize.ts';
export { backward } from './grad/backward.ts';
export { checkGradient, type GradCase } from './grad/check.ts';
export { Builder, type Operand } from './graph/builder.ts';
export { Graph, type Node, type Value } from './graph/graph.ts';
export { readOnnx } from './graph/onnx/read.ts';
export { writeOnnx } from './graph/onnx/write.ts';
export { prune, specialise } from './graph/rewrite.ts';
export { fromTorchMomentum } from './graph/torch-batch-norm.ts';
export { runGraph } from './lower/run.ts';
export { type CarryOverOptions, carryOver } from './methods/carry-over/carry-over.ts';
export { describeTransfer, type Moved, type TransferReport, type Unmoved } from './methods/carry-over/report.ts';
export { type StrategyName, strategies } from './methods/index.ts';
export { defineStrategy, type Phase, type Strategy } from './methods/strategy/strategy.ts';
export { type PhaseEvent, type TransferEvent, type TransferOptions, transfer } from './methods/transfer/transfer.ts';
export { createModel, type ModelOptions } from './nn/create-model.ts';
export * as initialisers from './nn/initialisers.ts';
export {
  dropout,
  elu,
  gelu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  prelu,
  relu,
  sigmoid,
  softplus,
  tanh,
} from './nn/layers/activation.ts';
export { type EncoderLayerOptions, encoderLayer, selfAttention } from './nn/layers/attention.ts';
export { type ConvOptions, type ConvTransposeOptions, conv, convTranspose } from './nn/layers/conv.ts';
export { type DenseOptions, dense, flatten } from './nn/layers/dense.ts';
export { type EmbeddingOptions, embedding, positionalEmbedding } from './nn/layers/embedding.ts';
export { type BatchNormOptions, batchNorm, groupNorm, layerNorm } from './nn/layers/norm.ts';
export { averagePool, globalAveragePool, maxPool, meanPool, type PoolOptions } from './nn/layers/pool.ts';
export { residual, sequential } from './nn/layers/sequential.ts';
export * as losses from './nn/losses/index.ts';
export { type Group, loadState, type Model, type ParameterInfo, type Preprocessing, parametersOf, stateOf } from './nn/model.ts';
export { type OptimiserName, optimisers } from './nn/optimisers/index.ts';
export * as schedules from './nn/schedules.ts';
export { type Layer, Scope } from './nn/scope.ts';
export { type BatchNormMode, type TrainingForm, trainingForm } from './nn/training-form.ts';
export { formatCount, formatRate, formatSeconds, formatValue, type NumberFormat } from './report/format.ts';
export { htmlReport, type ReportContent } from './report/html.ts';
export { type ProgressOptions, type ProgressStream, type ProgressView, progress, progressView } from './report/progress.ts';
export type { Section } from './report/sections/index.ts';
export { type Cell, type Column, type Row, textTable } from './report/table.ts';
export { type Device, openDevice } from './runtime/device.ts';
export { createSession, type Session, type SessionOptions } from './runtime/session.ts';
export { connect, type WorkerClient, workerUrl } from './runtime/worker-client.ts';
export { serve } from './runtime/worker-host.ts';
export { accuracy, argmaxRows, balancedAccuracy, type ClassScore, classScores, confusionMatrix, macroF1, topKAccuracy } from './score/metrics.ts';
export { type Summary, summarise } from './score/summary.ts';
export { type LoadedCheckpoint, listCheckpoints, loadCheckpoint, type RunState, saveCheckpoint } from './train/checkpoint.ts';
export { writeFileDurably } from './train/durable.ts';
export { type EvaluateOptions, evaluate } from './train/evaluate.ts';
export type { FitEvent, FitResult } from './train/events.ts';
export { type Exported, type ExportOptions, exportOnnx } from './train/export-onnx.ts';
export { finish, fit } from './train/fit.ts';
export type { CheckpointOptions, FitOptions } from './train/fit-options.ts';
export { evaluationProgram, type Penalty, type TrainProgram, trainProgram } from './train/program.ts';
export { loadStateFile, type NamedState, readState, saveState } from './train/state-file.ts';
export type { Scores } from './train/trainer.ts';
