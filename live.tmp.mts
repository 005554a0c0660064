import { createRequire } from 'node:module';
import { readFileSync, readdirSync, unlinkSync } from 'node:fs';
import { readOnnx } from '/work/wt/passes/src/index.ts';
import { fromBinary } from '@bufbuild/protobuf';
import { ModelProtoSchema } from '/work/wt/passes/src/graph/onnx/onnx_pb.ts';
const ort = createRequire('/work/main/package.json')('onnxruntime-node');
const file = process.argv[2];
const model = readFileSync(file); const g = readOnnx(model);
for (const f of readdirSync('/tmp')) if (f.startsWith('ortlive')) unlinkSync('/tmp/' + f);
const s = await ort.InferenceSession.create(model, { executionProviders: ['cpu'], intraOpNumThreads: 2, graphOptimizationLevel: 'all', logSeverityLevel: 3, enableProfiling: true, profileFilePrefix: '/tmp/ortlive', optimizedModelFilePath: file + '.o' });
const A: any = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, bool: Uint8Array };
const feeds: any = {};
for (const v of g.ofKind('input')) { const n = (v.shape as number[]).reduce((a, b) => a * b, 1); const dd = new A[v.dtype](n); if (v.dtype === 'float32') dd.fill(0.01); feeds[v.name] = new ort.Tensor(v.dtype, dd, v.shape); }
await s.run(feeds); s.endProfiling();
const f = readdirSync('/tmp').find((f) => f.startsWith('ortlive'))!;
const ev = JSON.parse(readFileSync('/tmp/' + f, 'utf8')).filter((e: any) => e.cat === 'Node' && e.name.endsWith('kernel_time'));
const om = fromBinary(ModelProtoSchema, readFileSync(file + '.o')).graph!;
const byName = new Map(om.node.map((n) => [n.name, n]));
const size = new Map<string, number>(); for (const e of ev) { const n = byName.get(e.name.replace('_kernel_time', '')); if (!n) { console.log('??', e.name); continue; } 
  const types = e.args.output_type_shape as any[]; n.output.filter(Boolean).forEach((o, i) => { const t = types[i]; if (!t) return; const [k, dims] = Object.entries(t)[0] as any; const b = k === 'float' ? 4 : k === 'int64' || k === 'double' ? 8 : k === 'bool' ? 1 : k==='float16'?2:4; size.set(o, dims.reduce((a: number, c: number) => a * c, 1) * b); }); }
const order = ev.map((e: any) => byName.get(e.name.replace('_kernel_time', ''))).filter(Boolean);
const alias = new Map<string, string>(); const root = (x: string): string => { while (alias.has(x)) x = alias.get(x)!; return x; };
for (const n of order) if (['Reshape', 'Squeeze', 'Unsqueeze', 'Flatten', 'Identity'].includes(n.opType)) alias.set(n.output[0], n.input[0]);
const last = new Map<string, number>(); order.forEach((n: any, i: number) => { for (const x of n.input) last.set(root(x), i); for (const o of n.output) if (!last.has(root(o))) last.set(root(o), i); });
for (const o of om.output) last.set(root(o.name), Infinity);
let live = 0, peak = 0, at = 0; const set = new Map<string, number>(); let snap: any;
const born = new Map<string, number>();
order.forEach((n: any, i: number) => { for (const o of n.output) { if (!o || root(o) !== o) continue; const b = size.get(o) ?? 0; set.set(o, b); born.set(o, i); live += b; } if (live > peak) { peak = live; at = i; snap = [...set]; } for (const [k, b] of set) if (last.get(k)! <= i) { set.delete(k); live -= b; } });
console.log('nodes', order.length, 'peak MiB', (peak / 2 ** 20).toFixed(0), 'at', at, order[at].name);
snap.sort((a: any, b: any) => b[1] - a[1]); const prod = new Map(); for (const n of order) for (const o of n.output) prod.set(o, n);
const by = new Map<string, number>(); for (const [k, b] of snap) { const n = prod.get(k)!; const key = n.opType + ' ' + n.name.replace(/block\d+/g, 'block').replace(/_\d+/g, '').replace(/\d/g, '').slice(0, 110); by.set(key, (by.get(key) ?? 0) + b); }
[...by].sort((a, b) => b[1] - a[1]).slice(0, 25).forEach(([k, b]) => console.log((b / 2 ** 20).toFixed(0).padStart(6), k));
for (const [k, b] of snap.slice(0, 14)) console.log((b / 2 ** 20).toFixed(0), k, 'born', born.get(k), 'last', last.get(k), order[last.get(k)!]?.name);
