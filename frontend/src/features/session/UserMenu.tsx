import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleUserRound, KeyRound, LogOut, Monitor, Moon, Sun, type LucideIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/components/ui/button";
import {
  DropdownMenu,
  DropdownMenuContent,
  DropdownMenuItem,
  DropdownMenuLabel,
  DropdownMenuRadioGroup,
  DropdownMenuRadioItem,
  DropdownMenuSeparator,
  DropdownMenuTrigger,
} from "@/components/ui/dropdown-menu";
import { chooseLanguage, LANGUAGES } from "@/i18n/i18n";
import { useSession } from "@/lib/session";
import { setTheme, THEMES, useTheme, type Theme } from "@/lib/theme";
import { ChangePassword } from "./ChangePassword";
import { logOut } from "./queries";

const THEME_ICONS: Record<Theme, LucideIcon> = { system: Monitor, light: Sun, dark: Moon };

export function UserMenu() {
  const { t, i18n } = useTranslation();
  const { session, creator, chooseCreator } = useSession();
  const { creators } = session.user;
  const theme = useTheme();
  const [changing, setChanging] = useState(false);
  const client = useQueryClient();
  const leave = useMutation({ mutationFn: logOut, onSuccess: () => client.resetQueries() });
  return (
    <>
      <DropdownMenu>
        <DropdownMenuTrigger asChild>
          <Button variant="ghost" size="icon" aria-label={t("menu.label")}>
            <CircleUserRound className="size-5!" />
          </Button>
        </DropdownMenuTrigger>
        <DropdownMenuContent align="end" side="top">
          <p className="max-w-56 truncate px-2 py-1.5 text-sm font-medium">{session.user.email}</p>
          {creators.length > 1 && (
            <>
              <DropdownMenuSeparator />
              <DropdownMenuLabel id="menu-creator">{t("menu.creator")}</DropdownMenuLabel>
              <DropdownMenuRadioGroup
                aria-labelledby="menu-creator"
                className="max-h-48 overflow-y-auto"
                value={creator}
                onValueChange={chooseCreator}
              >
                {creators.map((name) => (
                  <DropdownMenuRadioItem key={name} value={name}>
                    {name}
                  </DropdownMenuRadioItem>
                ))}
              </DropdownMenuRadioGroup>
            </>
          )}
          <DropdownMenuSeparator />
          <DropdownMenuLabel id="menu-language">{t("menu.language")}</DropdownMenuLabel>
          <DropdownMenuRadioGroup
            aria-labelledby="menu-language"
            value={i18n.resolvedLanguage}
            onValueChange={(language) => void chooseLanguage(language)}
          >
            {Object.entries(LANGUAGES).map(([code, name]) => (
              <DropdownMenuRadioItem key={code} value={code} lang={code}>
                {name}
              </DropdownMenuRadioItem>
            ))}
          </DropdownMenuRadioGroup>
          <DropdownMenuSeparator />
          <DropdownMenuLabel id="menu-theme">{t("menu.theme")}</DropdownMenuLabel>
          <DropdownMenuRadioGroup
            aria-labelledby="menu-theme"
            value={theme}
            onValueChange={(chosen) => setTheme(chosen as Theme)}
          >
            {THEMES.map((name) => {
              const Icon = THEME_ICONS[name];
              return (
                <DropdownMenuRadioItem key={name} value={name}>
                  <Icon aria-hidden />
                  {t(`theme.${name}`)}
                </DropdownMenuRadioItem>
              );
            })}
          </DropdownMenuRadioGroup>
          <DropdownMenuSeparator />
          <DropdownMenuItem onSelect={() => setChanging(true)}>
            <KeyRound aria-hidden />
            {t("password.change")}
          </DropdownMenuItem>
          <DropdownMenuItem onSelect={() => leave.mutate()}>
            <LogOut aria-hidden />
            {t("menu.log_out")}
          </DropdownMenuItem>
        </DropdownMenuContent>
      </DropdownMenu>
      <ChangePassword open={changing} onClose={() => setChanging(false)} />
    </>
  );
}
