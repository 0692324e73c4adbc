import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./en.json";
import es from "./es.json";
import pt from "./pt.json";

export const LANGUAGES = { en: "English", es: "Español", pt: "Português" } as const;

const LANGUAGE_KEY = "clonnect.language";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
    returnNull: false;
  }
}

/** Starts in the language chosen here before, else in the first of the browser's that we speak, else in English. */
export async function startTranslations(): Promise<void> {
  const wished = [localStorage.getItem(LANGUAGE_KEY), ...navigator.languages].map((tag) => tag?.slice(0, 2));
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  await i18next.use(initReactI18next).init({
    resources: { en: { translation: en }, es: { translation: es }, pt: { translation: pt } },
    lng: wished.find((code) => code !== undefined && code in LANGUAGES) ?? "en",
    fallbackLng: "en",
    interpolation: { escapeValue: false },
  });
}

export async function chooseLanguage(language: string): Promise<void> {
  localStorage.setItem(LANGUAGE_KEY, language);
  await i18next.changeLanguage(language);
}
