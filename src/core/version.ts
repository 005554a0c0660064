// The number of this release. Written into exports, checkpoints and reports; a test holds it to package.json.

/** Graft's version, for files and reports that must say what wrote them. */
export const VERSION = '0.1.0';
