import { PenLine, Send, Smartphone } from "lucide-react";
import type { ComponentProps } from "react";
import { useTranslation } from "react-i18next";
import type { Platform } from "@/api/types";

type Icon = (props: ComponentProps<"svg">) => React.ReactNode;

const drawn = {
  fill: "none",
  stroke: "currentColor",
  strokeWidth: 2,
  strokeLinecap: "round",
  strokeLinejoin: "round",
} as const;

const Instagram: Icon = (props) => (
  <svg viewBox="0 0 24 24" {...drawn} {...props}>
    <rect x="2.5" y="2.5" width="19" height="19" rx="5.5" />
    <circle cx="12" cy="12" r="4.2" />
    <path d="M17.4 6.6h.01" />
  </svg>
);

const WhatsApp: Icon = (props) => (
  <svg viewBox="0 0 24 24" {...drawn} {...props}>
    <path d="M3 21l1.6-5A9 9 0 1 1 8.2 19.6z" />
    <path d="M8.9 8.6c0 3.6 2.9 6.5 6.5 6.5l.6-1.9-2-.9-.9.9a6 6 0 0 1-2.3-2.3l.9-.9-.9-2z" />
  </svg>
);

const ICONS: Record<Platform, Icon> = {
  instagram: Instagram,
  whatsapp: WhatsApp,
  telegram: Send,
  simulator: Smartphone,
  manual: PenLine,
};

/** The channel that somebody writes on, with its name for those who cannot see it. */
export function PlatformIcon({ platform, className }: { platform: Platform; className?: string }) {
  const { t } = useTranslation();
  const Icon = ICONS[platform];
  return (
    <span className="inline-flex" title={t(`platform.${platform}`)}>
      <Icon aria-hidden className={className} />
      <span className="sr-only">{t(`platform.${platform}`)}</span>
    </span>
  );
}
