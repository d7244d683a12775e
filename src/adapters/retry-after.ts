/** The header Retry-After as a pause: seconds or an HTTP date; nonsense is no advice. */
export function retryAfterMs(header: string | null | undefined): number | null {
  if (header === null || header === undefined) return null;
  if (/^\d{1,9}(\.\d+)?$/u.test(header)) return Number(header) * 1_000;
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, at - Date.now());
}
