#!/bin/sh
# Says how much of its memory a sketch takes: avr-size.sh elf ram flash. Fails above 60 % of the RAM or 90 % of the flash.
set -eu
avr-size "$1" | awk -v elf="$(basename "$1" .elf)" -v ram="$2" -v flash="$3" '
NR == 2 {
    usedRam = $2 + $3
    usedFlash = $1 + $2
    printf "size sketch=%s ram=%d ram_pct=%.1f flash=%d flash_pct=%.1f\n", elf, usedRam, 100 * usedRam / ram, usedFlash, 100 * usedFlash / flash
    exit usedRam > 0.6 * ram || usedFlash > 0.9 * flash
}'
