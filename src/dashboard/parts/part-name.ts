import { useTranslation } from 'react-i18next';

/** `image:0` -> the words of the interface for it. */
export function usePartName(): (part: string) => string {
  const { t } = useTranslation();
  return (part) => {
    const [kind = part, index] = part.split(':');
    return t(`case:part.${kind}`, { n: Number(index ?? 0) + 1 });
  };
}
