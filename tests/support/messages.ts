// What attempts that should be refused say, in order.

/** The message of the error that each attempt throws or rejects with; `accepted` for one that does neither. */
export function messagesOf(attempts: readonly (() => unknown)[]): Promise<string[]> {
  return Promise.all(
    attempts.map(async (attempt) => {
      try {
        await attempt();
        return 'accepted';
      } catch (error) {
        return (error as Error).message;
      }
    }),
  );
}
