/** Without the query string: people put keys and names in it. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

/** What follows the question mark; '' where there is none. */
export function queryOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? '' : url.slice(end + 1);
}
