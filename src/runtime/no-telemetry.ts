// ONNX Runtime's native library would look for a host to tell of the models it runs, and keep a file of that in the user's folder: nobody asked for it. Called
// in the main thread before the library is loaded in any: what a worker puts into its environment the library does not see.

/** Unless the user's own environment says otherwise. */
export function withoutTelemetry(): void {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
}
