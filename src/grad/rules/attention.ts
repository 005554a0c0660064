// Gradients of attention and rotary positions: those of what they stand for.
import { Attention as expandAttention } from '../../graph/expand/attention.ts';
import { RotaryEmbedding as expandRotaryEmbedding } from '../../graph/expand/rotary-embedding.ts';
import { expanded } from '../rule.ts';

export const Attention = expanded(expandAttention);
export const RotaryEmbedding = expanded(expandRotaryEmbedding);
