const format = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });

export const When = ({ at }: { readonly at: string }) => <time dateTime={at}>{format.format(new Date(at))}</time>;
