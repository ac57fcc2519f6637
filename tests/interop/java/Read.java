import io.cloudevents.CloudEvent;
import io.cloudevents.kafka.CloudEventDeserializer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads every topic from its beginning with the official SDK. Arguments: bootstrap server, topic... */
class Read {
    public static void main(String[] arguments) {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        List<String> faults = new ArrayList<>();
        int delivered = 0;
        try (KafkaConsumer<String, CloudEvent> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new CloudEventDeserializer())) {
            List<TopicPartition> partitions = Arrays.stream(arguments).skip(1)
                    .flatMap(topic -> consumer.partitionsFor(topic).stream())
                    .map(one -> new TopicPartition(one.topic(), one.partition())).collect(Collectors.toList());
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(one -> consumer.position(one) < ends.get(one))) {
                for (var record : consumer.poll(Duration.ofMillis(200))) {
                    delivered++;
                    CloudEvent event = record.value();
                    if (event.getDataSchema() == null || !event.getDataSchema().isAbsolute()) {
                        faults.add(event.getId() + ": dataschema " + event.getDataSchema());
                    }
                }
            }
        }
        String told = faults.stream().map(one -> "\"" + one.replace("\"", "'") + "\"").collect(Collectors.joining(","));
        System.out.println("{\"delivered\": " + delivered + ", \"faults\": [" + told + "]}");
    }
}
