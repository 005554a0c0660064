// Graft's version, for files and reports that must say what wrote them. A test holds it to package.json.
export const VERSION = '0.1.0';
