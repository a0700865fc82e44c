package io.pasar.cli;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Aligned columns under a head. */
final class Table {

    private static final String GAP = "  ";

    private final List<String[]> rows = new ArrayList<>();
    private final int[] widths;

    Table(String... head) {
        widths = new int[head.length];
        row(head);
    }

    void row(String... cells) {
        rows.add(cells);
        Arrays.setAll(widths, column -> Math.max(widths[column], cells[column].length()));
    }

    void print(PrintStream out, String indent) {
        for (String[] cells : rows) {
            StringBuilder line = new StringBuilder(indent);
            for (int column = 0; column < cells.length; column++) {
                line.append(cells[column]);
                line.append(" ".repeat(widths[column] - cells[column].length())).append(GAP);
            }
            out.println(line.toString().stripTrailing());
        }
    }
}
