// Random ops are refused: ONNX Runtime keeps their state where no checkpoint can save it, so a run could not be repeated or resumed.
import { unsupported, ZERO } from '../rule.ts';

const refused = unsupported('it draws numbers that no run can repeat. Make what it draws an input of the graph and feed it.');

/** Nothing flows into it. */
export const RandomNormal = ZERO;
/** Nothing flows into it. */
export const RandomUniform = ZERO;
export const RandomNormalLike = refused;
export const RandomUniformLike = refused;
export const Bernoulli = refused;
export const Multinomial = refused;
