/** Commands act as the person at the machine; the audit says so. */
export const OPERATOR = { kind: 'system', id: 'cli' } as const;
