import { CircleAlert, CircleCheck, X } from "lucide-react";
import { Toast } from "radix-ui";
import { useTranslation } from "react-i18next";
import { dismissToast, useToasts } from "@/lib/toasts";
import { Button } from "./ui/button";

/** Long enough to read the sentence and to reach for Undo (milliseconds). */
const SHOWN_FOR = 8_000;

export function Toaster() {
  const { t } = useTranslation();
  const toasts = useToasts();
  return (
    <Toast.Provider duration={SHOWN_FOR} label={t("common.notification")} swipeDirection="right">
      {toasts.map(({ id, tone, text, action }) => (
        <Toast.Root
          key={id}
          type={tone === "refused" ? "foreground" : "background"}
          onOpenChange={(open) => {
            if (!open) dismissToast(id);
          }}
          className="border-border bg-surface data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:slide-in-from-bottom-2 flex items-center gap-2.5 rounded-xl border py-2 pr-2 pl-3.5 text-sm shadow-lg data-[swipe=move]:translate-x-(--radix-toast-swipe-move-x)"
        >
          {tone === "refused" ? (
            <CircleAlert aria-hidden className="text-danger size-4 shrink-0" />
          ) : (
            <CircleCheck aria-hidden className="text-success size-4 shrink-0" />
          )}
          <Toast.Description className="min-w-0 flex-1 py-1 break-words">{text}</Toast.Description>
          {action && (
            <Toast.Action altText={action.label} asChild>
              <Button size="sm" onClick={action.run}>
                {action.label}
              </Button>
            </Toast.Action>
          )}
          <Toast.Close asChild>
            <Button variant="ghost" size="icon-sm" aria-label={t("common.close")}>
              <X />
            </Button>
          </Toast.Close>
        </Toast.Root>
      ))}
      <Toast.Viewport className="fixed right-4 bottom-20 z-60 flex w-[calc(100%-2rem)] max-w-sm flex-col gap-2 outline-none md:bottom-4" />
    </Toast.Provider>
  );
}
