"""Opens a workbook from standard input under tight limits and throws it away; run as a program, never imported.

The reader is native code that asks for the whole rectangle between the outermost cells at once and aborts its process
when that cannot be had. A few kilobytes can ask for terabytes, so the first to try is a process that nobody needs.
No Django here: the process must start fast.
"""

import io
import resource
import sys

import python_calamine


def main() -> None:
    """Read every sheet; a file that the reader refuses by itself is nobody's danger and ends well, too."""
    memory, seconds = int(sys.argv[1]), int(sys.argv[2])
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    try:
        workbook = python_calamine.load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name)
    except python_calamine.CalamineError:
        return


if __name__ == "__main__":
    main()
