import { useTranslation } from "react-i18next";

/** Turns the API's word for why something did not happen into ours; a word without a translation stays as it is. */
export function useReason(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return (reason) => (i18n.exists(`reason.${reason}`) ? t(`reason.${reason}` as "reason.replied") : reason);
}

/** Turns the API's word for why a draft waits into ours; a word without a translation stays as it is. */
export function useWhy(): (word: string) => string {
  const { t, i18n } = useTranslation();
  return (word) => (i18n.exists(`why.${word}`) ? t(`why.${word}` as "why.review") : word);
}
