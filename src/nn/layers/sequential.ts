// Containers: layers one after another, and a body with a shortcut around it.
import { layerNames } from '../create-model.ts';
import type { Layer } from '../scope.ts';

/** Layers one after another, under one name. */
export function sequential(layers: readonly Layer[], name?: string): Layer {
  return {
    kind: 'block',
    name,
    build: (scope, x) => {
      const names = layerNames(layers);
      return layers.reduce((value, layer, i) => scope.layer(layer, value, names[i] as string), x);
    },
  };
}

/** y = body(x) + shortcut(x); the shortcut is the identity unless given (He et al. 2016, eq. 1 and 2). */
export function residual(body: Layer, shortcut?: Layer, name?: string): Layer {
  return {
    kind: 'residual',
    name,
    build: (scope, x) => scope.g.add(scope.layer(body, x, 'body'), shortcut ? scope.layer(shortcut, x, 'shortcut') : x),
  };
}
