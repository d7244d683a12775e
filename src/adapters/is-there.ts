import { access } from 'node:fs/promises';

/** Whether there is such a file or folder, and we may look at it. */
export const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );
