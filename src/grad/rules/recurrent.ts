// Gradients of recurrent layers: the forward pass keeps ONNX Runtime's kernel, the way back is unrolled (grad/recurrent/).
import { gruResetFirst, gruResetLast } from '../recurrent/gru.ts';
import { lstm, lstmSteps } from '../recurrent/lstm.ts';
import { rnn } from '../recurrent/rnn.ts';
import { directions } from '../recurrent/sequence.ts';
import { rule } from '../rule.ts';

export const LSTM = rule<'LSTM'>((c) => directions(c, [['Sigmoid', 'Tanh', 'Tanh']], lstm));

export const LSTMSteps = rule<'LSTMSteps'>(lstmSteps);

export const GRU = rule<'GRU'>((c) => directions(c, [['Sigmoid', 'Tanh']], c.attrs.linear_before_reset ? gruResetLast : gruResetFirst));

export const RNN = rule<'RNN'>((c) => {
  const relu = c.attrs.activations?.[0]?.toLowerCase() === 'relu';
  return directions(c, [['Tanh'], ['Relu']], (direction) => rnn(direction, relu ? 'relu' : 'tanh'));
});
