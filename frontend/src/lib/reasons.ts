import { useTranslation } from "react-i18next";

/** Turns the API's word for why something did not happen into ours; a word without a translation stays as it is. */
export function useReason(): (reason: string) => string {
  const { t, i18n } = useTranslation();
  return (reason) => (i18n.exists(`reason.${reason}`) ? t(`reason.${reason}` as "reason.replied") : reason);
}
