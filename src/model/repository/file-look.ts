import { statSync } from 'node:fs';

/** What a file looks like, to be compared with another look at it; '' where none is. Nothing is read of it. */
export function fileLook(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return '';
  }
}
