// Vitest reporter: adds `N passed, N failed, N skipped`, alone on the very last line, to what the default reporter prints.
// A file that does not load and an error outside a test count as one failure each, so the line never looks better than the run.
import { writeSync } from 'node:fs';
import type { Reporter, SerializedError, TestModule } from 'vitest/node';

export default class ClosingLine implements Reporter {
  private line = '0 passed, 0 failed, 0 skipped';

  onInit(): void {
    process.once('exit', () => writeSync(process.stdout.fd, `${this.line}\n`));
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const module of modules) {
      counts.failed += module.errors().length;
      for (const test of module.children.allTests()) counts[test.result().state] += 1;
      for (const suite of module.children.allSuites()) counts.failed += suite.errors().length;
    }
    this.line = `${counts.passed} passed, ${counts.failed} failed, ${counts.skipped + counts.pending} skipped`;
  }
}
