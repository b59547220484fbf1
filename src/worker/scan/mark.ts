/** What stands in place of values that were cut out of a body, when the rest is read as JSON. */
export const MARK = '#';

export const MARK_TEXT: Buffer = Buffer.from(JSON.stringify(MARK));
