/** A picture of a report: an SVG file and what it shows. */
export type Plot = {
  /** Its file, without the ending. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
};
