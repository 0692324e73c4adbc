import { cn } from "@/lib/cn";

export function Logo({ className }: { className?: string }) {
  return (
    <span className={cn("flex items-center gap-2 font-semibold tracking-tight", className)}>
      <svg aria-hidden viewBox="0 0 32 32" className="size-7 shrink-0">
        <rect width="32" height="32" rx="9" className="fill-primary" />
        <path
          d="M21.5 12.2a6.5 6.5 0 1 0 .2 7.4"
          fill="none"
          strokeWidth="3"
          strokeLinecap="round"
          className="stroke-primary-foreground"
        />
        <circle cx="22.6" cy="16" r="2.1" className="fill-stage-active" />
      </svg>
      Clonnect
    </span>
  );
}
