package io.pasar.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Throughput and latency as one picture. */
final class Plot {

    private static final int WIDTH = 1800;
    private static final int HEIGHT = 600;
    private static final double[] NINES = {0, 50, 75, 90, 95, 99, 99.5, 99.9, 99.95, 99.99};

    private Plot() {}

    static void write(Path file, Map<String, Map<String, List<Run>>> closed, Map<String, Results.Open> open)
            throws IOException {
        List<Chart<?, ?>> charts = List.of(throughput(closed), latency(open));
        BitmapEncoder.saveBitmap(charts, charts.size(), 1, file.toString(), BitmapFormat.PNG);
    }

    private static CategoryChart throughput(Map<String, Map<String, List<Run>>> closed) {
        CategoryChart chart = new CategoryChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Requests answered 200 per second, closed loop (bars: median, lines: lowest to highest)")
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        List<String> scenarios = closed.entrySet().stream()
                .filter(scenario -> scenario.getValue().size() > 1)
                .map(Map.Entry::getKey)
                .toList();
        Set<String> gateways = new LinkedHashSet<>();
        scenarios.forEach(scenario -> gateways.addAll(closed.get(scenario).keySet()));
        for (String gateway : gateways) {
            List<Double> medians = new ArrayList<>();
            List<Double> spreads = new ArrayList<>();
            for (String scenario : scenarios) {
                double[] rates = closed.get(scenario).getOrDefault(gateway, List.of()).stream()
                        .mapToDouble(Run::perSecond)
                        .toArray();
                Spread rate = rates.length == 0 ? new Spread(0, 0, 0) : Spread.of(rates);
                medians.add(rate.median());
                spreads.add((rate.highest() - rate.lowest()) / 2);
            }
            chart.addSeries(gateway, scenarios, medians, spreads);
        }
        return chart;
    }

    private static XYChart latency(Map<String, Results.Open> open) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Milliseconds to the answer, open loop at half of each one's own peak")
                .xAxisTitle("one request in so many takes longer")
                .build();
        chart.getStyler()
                .setXAxisLogarithmic(true)
                .setYAxisLogarithmic(true)
                .setLegendPosition(LegendPosition.InsideNW);
        double[] oneIn = new double[NINES.length];
        for (int i = 0; i < NINES.length; i++) {
            oneIn[i] = 1 / (1 - NINES[i] / 100);
        }
        open.forEach((gateway, half) -> {
            double[] millis = new double[NINES.length];
            for (int i = 0; i < NINES.length; i++) {
                millis[i] = Math.max(0.01, half.run().millisAt(NINES[i]));
            }
            chart.addSeries(gateway, oneIn, millis).setMarker(SeriesMarkers.CIRCLE);
        });
        return chart;
    }
}
