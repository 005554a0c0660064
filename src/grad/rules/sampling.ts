// Gradients of ops that read between elements: those of the products and look-ups that they are.
import { AffineGrid as expandAffineGrid } from '../../graph/expand/affine-grid.ts';
import { GridSample as expandGridSample } from '../../graph/expand/grid-sample.ts';
import { Resize as expandResize } from '../../graph/expand/resize.ts';
import { expanded, unsupported } from '../rule.ts';

export const Resize = expanded(expandResize);
export const GridSample = expanded(expandGridSample);
export const AffineGrid = expanded(expandAffineGrid);
export const RoiAlign = unsupported('how many elements it reads depends on the regions. Train the backbone alone, or the head on features.');
export const DeformConv = unsupported('its offsets are learned. Train what follows it.');
