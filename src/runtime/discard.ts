// Gives memory back at once that garbage collection would only find later. Used where large buffers come and go with every step.

const { port1, port2 } = new MessageChannel();
port2.close();

/**
 * Frees `buffers`, which nothing may use any more: their length is 0 afterwards. A message to a port that is closed takes them along and is dropped
 * (HTML, section 9.4). Left to the garbage collector, buffers outside the heap pile up until it runs, and make it run often.
 */
export function discard(buffers: readonly ArrayBufferLike[]): void {
  const own = new Set(buffers.filter((buffer) => buffer instanceof ArrayBuffer));
  if (own.size > 0) port1.postMessage(undefined, [...own]);
}
