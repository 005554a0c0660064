// The public API of Graft.

export { type Backbone, type ImageBackbone, loadBackbone, type TextBackbone } from './backbones/load-backbone.ts';
export { type Prediction, type Predictor, type PredictorOptions, predictor } from './backbones/predictor.ts';
export type { BackboneRecord, ImageRecord, TextRecord } from './backbones/record.ts';
export type { Clock } from './core/clock.ts';
export { type ArrayOf, type DType, dtypes } from './core/dtype.ts';
export { type ErrorCode, GraftError } from './core/errors.ts';
export type { GivenOptions, OptionRange, OptionRecord, OptionRecords, OptionsOf } from './core/options.ts';
export { type PathPart, type Stream, stream } from './core/rng.ts';
export { type Tensor, tensor, tensorOf, toNumbers, zeros } from './core/tensor.ts';
export { VERSION } from './core/version.ts';
export type { AugmentationOptions } from './data/augment/augmentation.ts';
export { type MixOptions, mixedSource } from './data/augment/mixed-source.ts';
export { type ShakeOptions, shakenSource } from './data/augment/shaken-source.ts';
export type { SoftSource } from './data/augment/soft-labels.ts';
export { softLabelled } from './data/augment/soft-labels.ts';
export { tokenDropout, tokenDropoutOptions } from './data/augment/token-dropout.ts';
export { type Dataset, type DatasetParts, dataset, type ExampleSource, type Examples, mapInputs, type Pass, subset } from './data/dataset.ts';
export { fewLabels } from './data/few-labels.ts';
export type { ImageSource, Pixels } from './data/images/decode.ts';
export { type ImageInput, imageSteps } from './data/images/image-input.ts';
export { type ImageReader, imageReader } from './data/images/image-reader.ts';
export { type PhotoSourceParts, photoSource } from './data/images/photo-source.ts';
export type { Labels } from './data/labels.ts';
export { type PhotoLoader, type PhotoLoaderParts, photoLoader } from './data/loading/photo-loader.ts';
export type { Data, Finding, Parts, Unlabelled } from './data/open/data.ts';
export type { Use } from './data/open/kinds.ts';
export { type OpenContext, type Opening, openData, openLabelled, openUnlabelled, type ReadAs } from './data/open/open-data.ts';
export { type DataOptions, dataOptions } from './data/open/options.ts';
export type { Inputs, White } from './data/open/roles.ts';
export type { Labelled, Task } from './data/open/task.ts';
export type { Photo } from './data/reading/cell.ts';
export type { Part } from './data/reading/format.ts';
export { loadMnist } from './data/sets/mnist.ts';
export { loadOptdigits } from './data/sets/optdigits.ts';
export { fewPerClass, type Split, stratifiedSplit } from './data/split.ts';
export type {
  ArrayColumn,
  Column as DataColumn,
  DateColumn,
  DateOrder,
  ListColumn,
  NumberColumn,
  PhotoColumn,
  PlainKind,
  SparseColumn,
  Strays,
  StringColumn,
} from './data/table/column.ts';
export type { Strings } from './data/table/strings.ts';
export type { Table } from './data/table/table.ts';
export { type TextSourceParts, textSource } from './data/tokens/text-source.ts';
export { type Text, type TokeniseOptions, type Tokeniser, type TokeniserFiles, type Tokens, tokeniser } from './data/tokens/tokeniser.ts';
export type { Transform } from './data/transform.ts';
export { type Normalisation, type NormalisationOptions, normalisation } from './data/transforms/normalise.ts';
export { type PlaceOptions, place } from './data/transforms/place.ts';
export { type ResizeMethod, resize } from './data/transforms/resize.ts';
export { type BackwardOptions, backward } from './grad/backward.ts';
export { type CaseInput, checkGradient, type GradCase, type Runnable, type Sampler, type Slope } from './grad/check.ts';
export { Builder, type Operand } from './graph/builder.ts';
export type { Elements } from './graph/elements.ts';
export { Graph, type Node, type NodeOptions, type RandomSpec, type Value, type ValueKind } from './graph/graph.ts';
export { type ReadOnnxOptions, readOnnx } from './graph/onnx/read.ts';
export { readOnnxFile } from './graph/onnx/read-file.ts';
export type { ExternalData } from './graph/onnx/tensor-proto.ts';
export { type WriteOnnxOptions, writeOnnx } from './graph/onnx/write.ts';
export { prune, type Rewritten, specialise } from './graph/rewrite.ts';
export type { OpAttrs, OpName } from './graph/schema/index.ts';
export { fromTorchMomentum } from './graph/torch-batch-norm.ts';
export type { Attrs, AttrType, AttrValue, Dim, Shape, TensorType } from './graph/types.ts';
export type { BlockLayout } from './lower/blocked/layout.ts';
export { type RunOptions, runGraph } from './lower/run.ts';
export { mergeAdapters } from './methods/adapt/adapt.ts';
export { type LoadAdapterOptions, loadAdapter, saveAdapter } from './methods/adapt/adapter-file.ts';
export type { LowRankOptions } from './methods/adapt/low-rank.ts';
export type { Targets } from './methods/adapt/targets.ts';
export { bitfit } from './methods/bitfit.ts';
export { type CarryOverOptions, carryOver } from './methods/carry-over/carry-over.ts';
export { type PourOptions, pourWeights } from './methods/carry-over/pour-weights.ts';
export { describeTransfer, type Moved, type TransferReport, type Unmoved } from './methods/carry-over/report.ts';
export { domainMethods } from './methods/domains/index.ts';
export { DOMAIN_METHODS, type DomainMethodName } from './methods/domains/names.ts';
export {
  type AdaptContext,
  type Adapted,
  type DomainMethod,
  type Domains,
  defineDomainMethod,
  type KnownRows,
  type LabelledRows,
} from './methods/domains/pieces/domain-method.ts';
export { type Mismatch, mismatchOf } from './methods/domains/pieces/mismatch.ts';
export { type Neighbours, nearestRows } from './methods/domains/pieces/neighbours.ts';
export type { ClassShift } from './methods/domains/pieces/shift.ts';
export {
  type Answers,
  type RehearsedRows,
  type Validator,
  type ValidatorName,
  type ValidatorScores,
  type ValidatorTarget,
  validators,
} from './methods/domains/pieces/validators.ts';
export { dora } from './methods/dora.ts';
export { type Ia3Options, ia3 } from './methods/ia3.ts';
export { type StrategyName, strategies } from './methods/index.ts';
export { lora } from './methods/lora.ts';
export { networkMethods } from './methods/networks/index.ts';
export { NETWORK_METHODS, type NetworkMethodName } from './methods/networks/names.ts';
export { defineNetworkMethod, type NetworkDomains, type NetworkMethod, type NetworkPhase } from './methods/networks/pieces/network-method.ts';
export { type Head2ToeOptions, head2toe } from './methods/probes/head2toe.ts';
export type { LinearModel } from './methods/probes/linear.ts';
export { defineStrategy, type MeasureEvent, type Measuring, type Phase, type Strategy } from './methods/strategy/strategy.ts';
export type { GroupMovement, ParameterMovement } from './methods/transfer/movement.ts';
export { type PhaseEvent, type TransferEvent, type TransferOptions, transfer } from './methods/transfer/transfer.ts';
export { createModel, type ModelOptions } from './nn/create-model.ts';
export { describeModel, type InspectedGroup, type InspectedParameter, type Inspection, inspect } from './nn/import/inspect.ts';
export { type LoadOnnxOptions, loadOnnx } from './nn/import/load-onnx.ts';
export { type ImportOptions, modelOf } from './nn/import/model-of.ts';
export type { Barrier, ConstantInfo, ImportRecord, Merge, Tie } from './nn/import/record.ts';
export { type HeadOptions, replaceHead } from './nn/import/replace-head.ts';
export type { Names } from './nn/import/trainable.ts';
export { type TrialOptions, tryOnnx } from './nn/import/trial.ts';
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
export { type CosineOptions, cosine } from './nn/layers/cosine.ts';
export { type DenseOptions, dense, flatten } from './nn/layers/dense.ts';
export { type EmbeddingOptions, embedding, positionalEmbedding } from './nn/layers/embedding.ts';
export { type BatchNormOptions, batchNorm, groupNorm, layerNorm } from './nn/layers/norm.ts';
export { averagePool, globalAveragePool, maxPool, meanPool, type PoolOptions } from './nn/layers/pool.ts';
export { residual, sequential } from './nn/layers/sequential.ts';
export type { Sizes } from './nn/layers/spatial.ts';
export * as domainLosses from './nn/losses/domains/index.ts';
export * as losses from './nn/losses/index.ts';
export {
  type Adaptation,
  type Group,
  loadState,
  type Model,
  type ParameterInfo,
  type Preprocessing,
  parametersOf,
  type SourceHead,
  stateOf,
} from './nn/model.ts';
export { type OptimiserName, type OptimiserSettings, optimisers } from './nn/optimisers/index.ts';
export type { Optimiser, Update } from './nn/optimisers/optimiser.ts';
export * as schedules from './nn/schedules.ts';
export { type Layer, type ParameterOptions, Scope } from './nn/scope.ts';
export { sourceHeadOf } from './nn/source-head.ts';
export { type BatchNormMode, type TrainingForm, trainingForm } from './nn/training-form.ts';
export type { BackboneAdaptation, TakenNetwork } from './plan/adapt/adapt-backbone.ts';
export { type AdaptDataContext, adaptData, type DomainAdaptation, type LabelledDomain } from './plan/adapt/adapt-data.ts';
export { type AdaptFeaturesContext, adaptFeatures, type FeatureAdaptation, type FeatureDomains } from './plan/adapt/adapt-features.ts';
export {
  type AdaptNetworkEvent,
  type AdaptNetworkOptions,
  adaptNetwork,
  type NetworkAdaptation,
  type NetworkScores,
} from './plan/adapt/adapt-network.ts';
export { type AdaptOptions, adaptOptions } from './plan/adapt/adapt-options.ts';
export { type AdaptRegressionOptions, adaptRegression, type RegressionAdaptation, type RegressionCandidate } from './plan/adapt/adapt-regression.ts';
export type { AdaptedCandidate } from './plan/adapt/candidates.ts';
export { type Choice, type Choosable, type Ranked, rankOrder } from './plan/adapt/choice.ts';
export type { AdaptFitOptions } from './plan/adapt/network-given.ts';
export type { NetworkCandidate } from './plan/adapt/network-judging.ts';
export type { TargetLabel } from './plan/adapt/target-labels.ts';
export type { SeenByNetwork } from './plan/adapt/tuned-network.ts';
export type { DomainData, FeatureView, TunableNetwork, View } from './plan/adapt/view.ts';
export type { Candidate, CandidateResult, Judged, PartFeatures } from './plan/candidate.ts';
export type { CandidateEvent, DataEvent, DataFitEvent, NoteEvent, RateEvent, TrainingEvent, WorkEvent } from './plan/events.ts';
export { type DataFit, fitData } from './plan/fit-data.ts';
export { type FitDataOptions, fitDataOptions } from './plan/fit-options.ts';
export type { Goal, GoalScores } from './plan/goal.ts';
export type { Looks } from './plan/looks.ts';
export type { RateRange } from './plan/rate-valley.ts';
export type { ClosableSource, Reader, Reading } from './plan/reading.ts';
export type { EarlierModel, FitDataContext } from './plan/run.ts';
export type { RowsGiven } from './plan/sources.ts';
export type { Standard, Units } from './plan/standardise.ts';
export type { ColumnEncoding, TableEncoding } from './plan/table-encoder.ts';
export type { Scale } from './plan/target-scale.ts';
export type { Yardstick } from './plan/yardstick.ts';
export { csvField, formulaWarning } from './report/csv-field.ts';
export type { Axis } from './report/figures/axis.ts';
export type { Run } from './report/figures/bands.ts';
export type { DiagramBin } from './report/figures/reliability-diagram.ts';
export type { Estimate } from './report/figures/strip.ts';
export { formatAmount, formatBytes, formatCount, formatNumber, formatRate, formatSeconds, formatValue, type NumberFormat } from './report/format.ts';
export { htmlReport, type ReportContent } from './report/html.ts';
export { intervalText, type MetricFormat, metricFormat, metricText } from './report/metric.ts';
export type { PredictedTarget } from './report/predicted-target.ts';
export { type ProgressOptions, type ProgressStream, type ProgressView, progress, progressView, type SeveralEvent } from './report/progress.ts';
export type { SectionHead } from './report/section.ts';
export type { ConfusionSection } from './report/sections/confusion.ts';
export type { CurveSeries, CurvesSection } from './report/sections/curves.ts';
export type { Fact, FactsSection } from './report/sections/facts.ts';
export type { GalleryExample, GallerySection } from './report/sections/gallery.ts';
export type { HeadlineMeasure, HeadlineSection, NamedEstimate } from './report/sections/headline.ts';
export type { Section, Sections } from './report/sections/index.ts';
export type { FeatureMap, MapPoint, MapSection } from './report/sections/map.ts';
export type { Mistake, MistakesSection } from './report/sections/mistakes.ts';
export type { MovedGroup, MovedParameter, MovementSection } from './report/sections/movement.ts';
export type { OptionsSection, OptionValue, OptionValues } from './report/sections/options.ts';
export type { NamedTarget, PredictedSection } from './report/sections/predicted.ts';
export type { ReliabilitySection } from './report/sections/reliability.ts';
export type { ResidualsSection } from './report/sections/residuals.ts';
export type { TableSection } from './report/sections/table.ts';
export type { TextSection } from './report/sections/text.ts';
export type { TransferRow, TransferSection } from './report/sections/transfer.ts';
export { type Cell, type Column, type Row, textTable } from './report/table.ts';
export { type AdaptEvent, type AdaptGiven, type AdaptResult, adapt, resumeAdapt } from './run/adapt/adapt.ts';
export type { Foreign, Scored } from './run/adapt/scoring.ts';
export type { Unlike } from './run/adapt/unlike.ts';
export { type ComparedRun, compareRuns } from './run/compare.ts';
export { type Evaluation, evaluateModel } from './run/evaluate-model.ts';
export { type ExportedRun, exportRun } from './run/export-run.ts';
export { fit } from './run/fit.ts';
export type { LabelVerdict } from './run/label-verdict.ts';
export type { ModelInfo } from './run/model-info.ts';
export { type Answer, type LoadedModel, load, type PredictOptions, predict } from './run/predict.ts';
export type { RegressionVerdict, TargetVerdict } from './run/regression-verdict.ts';
export { reportRuns } from './run/report-runs.ts';
export type { RunSummary } from './run/result.ts';
export { type FitGiven, type RunEvent, type RunResult, resume } from './run/run-data.ts';
export { runKind } from './run/run-folder.ts';
export type { ClassVerdict, Verdict } from './run/verdict.ts';
export { type Device, type DeviceName, openDevice } from './runtime/device.ts';
export { type ProcessMemory, processMemory } from './runtime/memory.ts';
export { createSession, type Session, type SessionOptions, type Tensors } from './runtime/session.ts';
export type { ReliabilityBin } from './score/calibration.ts';
export type { Interval } from './score/interval.ts';
export { accuracy, argmaxRows, balancedAccuracy, type ClassScore, classScores, confusionMatrix, macroF1, topKAccuracy } from './score/metrics.ts';
export type { MultiLabelScores } from './score/multi-label.ts';
export type { McNemar, PairedDifference } from './score/paired.ts';
export type { RegressionScore } from './score/regression.ts';
export { type Summary, summarise } from './score/summary.ts';
export { listCheckpoints } from './train/checkpoint.ts';
export { type OutFile, outFile, writeFileDurably } from './train/durable.ts';
export type { EngineInfo } from './train/engine.ts';
export { type EvaluateOptions, evaluate } from './train/evaluate.ts';
export type {
  CheckpointEvent,
  EndEvent,
  EpochEvent,
  EvaluationEvent,
  FeaturesEvent,
  FitEvent,
  FitResult,
  NoticeEvent,
  Position,
  StartEvent,
  StepEvent,
} from './train/events.ts';
export { type Exported, type ExportOptions, exportOnnx, type Samples } from './train/export-onnx.ts';
export type { FeatureCache, FeatureCacheOptions } from './train/features/options.ts';
export { finish } from './train/fit.ts';
export type { CheckpointOptions, FitOptions } from './train/fit-options.ts';
export type { Penalty, Recompute, StepValues } from './train/program.ts';
export { loadStateFile, type NamedState, readState, saveState } from './train/state-file.ts';
export type { Scores } from './train/trainer.ts';
