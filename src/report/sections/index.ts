// The one table of sections: a kind of section has a file of its own, and a line in `Sections` and in `bodies`. Called by the page.
import type { Markup } from '../markup.ts';
import { type ConfusionSection, confusion } from './confusion.ts';
import { type CurvesSection, curves } from './curves.ts';
import { type FactsSection, facts } from './facts.ts';
import { type GallerySection, gallery } from './gallery.ts';
import { type HeadlineSection, headline } from './headline.ts';
import { type MapSection, map } from './map.ts';
import { type MistakesSection, mistakes } from './mistakes.ts';
import { type MovementSection, movement } from './movement.ts';
import { type OptionsSection, options } from './options.ts';
import { type PredictedSection, predicted } from './predicted.ts';
import { type ReliabilitySection, reliability } from './reliability.ts';
import { type ResidualsSection, residuals } from './residuals.ts';
import { type TableSection, table } from './table.ts';
import { type TextSection, text } from './text.ts';
import { type TransferSection, transfer } from './transfer.ts';

/** Every kind of section by its `kind`. */
export interface Sections {
  confusion: ConfusionSection;
  curves: CurvesSection;
  facts: FactsSection;
  gallery: GallerySection;
  headline: HeadlineSection;
  map: MapSection;
  mistakes: MistakesSection;
  movement: MovementSection;
  options: OptionsSection;
  predicted: PredictedSection;
  reliability: ReliabilitySection;
  residuals: ResidualsSection;
  table: TableSection;
  text: TextSection;
  transfer: TransferSection;
}

/** A part of a report, as plain data. */
export type Section = Sections[keyof Sections];

const bodies: { readonly [K in keyof Sections]: (section: Sections[K]) => Markup } = {
  confusion,
  curves,
  facts,
  gallery,
  headline,
  map,
  mistakes,
  movement,
  options,
  predicted,
  reliability,
  residuals,
  table,
  text,
  transfer,
};

/** What stands below a section's heading. */
export function sectionBody<K extends keyof Sections>(section: Sections[K] & { readonly kind: K }): Markup {
  return bodies[section.kind](section);
}
