// Which pretrained network reads what unless one is named, and which of its blocks speak for a text. Called by the parts of the plan.

/** The bundled ones. */
export const DEFAULT_BACKBONES = { text: 'all-minilm-l6-v2', image: 'efficientnet-lite0' } as const;
/** Blocks whose outputs are averaged as a text's features. */
export const TEXT_BLOCKS = 4;
