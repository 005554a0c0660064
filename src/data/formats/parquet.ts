// Parquet, as pandas, Spark, DuckDB and Hugging Face write it. Called through `formats`.
import { defineOptions } from '../../core/options.ts';
import { isParquet, readParquet } from '../columnar/parquet.ts';
import { defineFormat } from '../reading/format.ts';

export const parquet = defineFormat({
  name: 'parquet',
  about: 'Parquet: columns with their types, packed by snappy, gzip, zstd, brotli or lz4; structs and lists, pictures as `datasets` stores them',
  extensions: ['.parquet', '.pq'],
  sniff: isParquet,
  options: defineOptions({}),
  read: (input, _options, context) => readParquet(input, context),
});
