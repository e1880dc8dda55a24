#!/bin/sh
# The command line: the same program as the window, without one. It needs no display and no Node.
here=$(dirname "$(readlink -f "$0")")
for program in "$here/../lamina" "$here/../../MacOS/Lamina"; do
  if [ -x "$program" ]; then
    # Nothing that these switches turn off is used: no page is ever loaded.
    exec "$program" --cli --no-sandbox --no-zygote --headless --log-level=3 -- "$@"
  fi
done
echo "lamina: the program is not where it was installed, beside $here" >&2
exit 127
