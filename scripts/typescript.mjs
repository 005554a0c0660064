// Loads TypeScript in this thread and, by the inherited `--import`, in every worker thread it starts, which `--import tsx` does not do on Node 20.
// Named by the tests, the benchmarks and the quick start.
import { register } from 'tsx/esm/api';

register();
