package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/IBM/sarama"
	kafka "github.com/cloudevents/sdk-go/protocol/kafka_sarama/v2"
	cloudevents "github.com/cloudevents/sdk-go/v2"
)

// Reads every topic from its beginning with the official SDK, until nothing comes for three seconds.
// Arguments: bootstrap server, topic...
func main() {
	config := sarama.NewConfig()
	config.Version = sarama.V3_6_0_0
	config.Consumer.Offsets.Initial = sarama.OffsetOldest
	delivered, faults := 0, []string{}
	for _, topic := range os.Args[2:] {
		consumer, err := kafka.NewConsumer([]string{os.Args[1]}, config, fmt.Sprintf("interop-go-%d", time.Now().UnixNano()), topic)
		if err != nil {
			panic(err)
		}
		client, err := cloudevents.NewClient(consumer)
		if err != nil {
			panic(err)
		}
		ctx, cancel := context.WithCancel(context.Background())
		heard := make(chan bool, 100000)
		go func() {
			_ = client.StartReceiver(ctx, func(event cloudevents.Event) {
				if err := event.Validate(); err != nil {
					faults = append(faults, err.Error())
				} else if !strings.HasPrefix(event.DataSchema(), "http") {
					faults = append(faults, event.ID()+": dataschema "+event.DataSchema())
				}
				delivered++
				heard <- true
			})
		}()
		wait := 15 * time.Second
	reading:
		for {
			select {
			case <-heard:
				wait = 3 * time.Second
			case <-time.After(wait):
				break reading
			}
		}
		cancel()
	}
	_ = json.NewEncoder(os.Stdout).Encode(map[string]any{"delivered": delivered, "faults": faults})
}
