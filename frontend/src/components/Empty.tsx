import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

type Props = { icon: LucideIcon; title: string; children?: ReactNode };

/** Where nothing is yet: what will be here, and how it gets here. */
export function Empty({ icon: Icon, title, children }: Props) {
  return (
    <div className="flex flex-col items-center gap-1.5 px-5 py-8 text-center text-sm">
      <Icon aria-hidden className="text-muted-foreground mb-1 size-6" strokeWidth={1.5} />
      <p className="font-medium">{title}</p>
      {children && (
        <div className="text-muted-foreground max-w-64 text-xs leading-relaxed text-pretty">{children}</div>
      )}
    </div>
  );
}
