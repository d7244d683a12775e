import { useFormat } from '../format.js';

export const When = ({ at }: { readonly at: string }) => <time dateTime={at}>{useFormat().moment(at)}</time>;
