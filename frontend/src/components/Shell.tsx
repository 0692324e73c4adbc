import { Link, type LinkProps } from "@tanstack/react-router";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { cn } from "@/lib/cn";
import { Logo } from "./Logo";

export type Place = { to: LinkProps["to"]; label: string; icon: LucideIcon; count?: number };

/** More than this is only said to be more. */
const MANY = 99;

type Props = {
  places: Place[];
  title: string;
  status: ReactNode;
  controls: ReactNode;
  menu: ReactNode;
  children: ReactNode;
};

/** What is around every page: the way to the others, and what holds everywhere. */
export function Shell({ places, title, status, controls, menu, children }: Props) {
  const { t } = useTranslation();
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="bg-primary text-primary-foreground sr-only z-60 rounded-lg px-3 py-2 focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {t("nav.skip")}
      </a>
      <div className="border-border bg-surface order-last flex shrink-0 items-center border-t pb-[env(safe-area-inset-bottom)] md:order-first md:w-52 md:flex-col md:items-stretch md:border-t-0 md:border-r md:p-3">
        <nav aria-label={t("nav.label")} className="flex flex-1 md:flex-none md:flex-col md:gap-0.5">
          <Logo className="hidden px-2 pt-1 pb-5 md:flex" />
          {places.map(({ to, label, icon: Icon, count = 0 }) => (
            <Link
              key={to}
              to={to}
              className={cn(
                "text-2xs text-muted-foreground md:hover:bg-muted relative flex flex-1 flex-col items-center gap-0.5 py-2 font-medium md:flex-none md:flex-row md:gap-2.5 md:rounded-lg md:px-2.5 md:text-sm",
                "aria-[current=page]:text-primary md:aria-[current=page]:bg-primary-soft",
              )}
            >
              <Icon aria-hidden className="size-5 md:size-4" />
              {label}{" "}
              {count > 0 && (
                <span className="bg-danger text-background text-2xs absolute top-1 left-1/2 ml-1.5 min-w-4.5 rounded-full px-1 text-center font-semibold tabular-nums md:static md:ml-auto">
                  {count > MANY ? `${MANY}+` : count}
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div className="px-2 md:mt-auto md:px-0">{menu}</div>
      </div>
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <header className="border-border flex h-13 shrink-0 items-center gap-3 border-b px-3 md:px-5">
          <h1 className="truncate text-base font-semibold">{title}</h1>
          {status}
          <div className="ml-auto flex shrink-0 items-center gap-3">{controls}</div>
        </header>
        <main id="content" tabIndex={-1} className="flex min-h-0 flex-1 flex-col outline-none">
          {children}
        </main>
      </div>
    </div>
  );
}
