/** Whether the server's words say anything beyond the title above them. */
export const saysMore = (words: string, title: string): boolean => words.trim().replace(/\.$/, '') !== title.trim();
